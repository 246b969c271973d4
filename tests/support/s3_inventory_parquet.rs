//! Files of S3 Inventory reports in Parquet.

use std::sync::Arc;

use parquet::basic::Compression;
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, Int64Type};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;

use super::s3_inventory::Row;

/// The columns, as the user guide of S3 lists them.
pub const SCHEMA: &str = "message s3.inventory {
  required binary bucket (STRING);
  required binary key (STRING);
  optional binary version_id (STRING);
  optional boolean is_latest;
  optional boolean is_delete_marker;
  optional int64 size;
  optional int64 last_modified_date (TIMESTAMP(MILLIS,true));
  optional binary e_tag (STRING);
}";

/// A file with these rows, in groups of a thousand.
pub fn file(bucket: &str, rows: &[Row]) -> Vec<u8> {
    let schema = Arc::new(parse_message_type(SCHEMA).expect("a schema"));
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .build();
    let mut writer =
        SerializedFileWriter::new(Vec::new(), schema, Arc::new(properties)).expect("a writer");
    for rows in rows.chunks(1000) {
        let mut group = writer.next_row_group().expect("a group");
        let text = |of: &dyn Fn(&Row) -> String| -> Vec<ByteArray> {
            rows.iter().map(|row| of(row).into_bytes().into()).collect()
        };
        let all = vec![1_i16; rows.len()];
        let known: Vec<i16> = rows
            .iter()
            .map(|row| row.version.is_some().into())
            .collect();
        let flags = |of: fn((bool, bool)) -> bool| -> Vec<bool> {
            rows.iter().filter_map(|row| row.version).map(of).collect()
        };
        let sized: Vec<i16> = rows.iter().map(|row| (!is_marker(row)).into()).collect();
        let numbers: [Vec<i64>; 2] = [
            rows.iter()
                .filter(|row| !is_marker(row))
                .map(|row| row.size.cast_signed())
                .collect(),
            rows.iter()
                .map(|row| row.modified.as_millisecond())
                .collect(),
        ];
        let mut at = 0;
        while let Some(mut column) = group.next_column().expect("a column") {
            let written = match at {
                0 => column.typed::<ByteArrayType>().write_batch(
                    &text(&|_| bucket.to_owned()),
                    None,
                    None,
                ),
                1 => column.typed::<ByteArrayType>().write_batch(
                    &text(&|row| row.key.clone()),
                    None,
                    None,
                ),
                2 | 7 => {
                    let none = vec![0; rows.len()];
                    column
                        .typed::<ByteArrayType>()
                        .write_batch(&[], Some(&none), None)
                }
                3 => column.typed::<BoolType>().write_batch(
                    &flags(|(latest, _)| latest),
                    Some(&known),
                    None,
                ),
                4 => column.typed::<BoolType>().write_batch(
                    &flags(|(_, marker)| marker),
                    Some(&known),
                    None,
                ),
                5 => column
                    .typed::<Int64Type>()
                    .write_batch(&numbers[0], Some(&sized), None),
                _ => column
                    .typed::<Int64Type>()
                    .write_batch(&numbers[1], Some(&all), None),
            };
            written.expect("values");
            column.close().expect("a column");
            at += 1;
        }
        group.close().expect("a group");
    }
    writer.into_inner().expect("a file")
}

fn is_marker(row: &Row) -> bool {
    row.version.is_some_and(|(_, marker)| marker)
}
