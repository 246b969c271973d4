//! Events as a Parquet file, for DuckDB, Athena and other programs that read columns. A row group is written as soon
//! as it is full, so that memory is bounded by one.

use std::io::{self, Write};
use std::sync::Arc;

use bytes::Bytes;
use jiff::Timestamp;
use parquet::basic::{Compression, LogicalType, Repetition, TimeUnit, Type as PhysicalType};
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::types::{Type, TypePtr};

use super::columns::{COUNT, NAMES, cells};
use super::rows::{CellReader, put_cell};
use super::sink::{EncodedLog, EventFormat, EventWriter, LogInHand};
use crate::cloudtrail::records::fields::RecordFields;

/// Bytes of cells in a row group.
const ROW_GROUP: usize = 32 << 20;

/// The definition levels of a value that is present, and of one that is not.
const PRESENT: i16 = 1;
const ABSENT: i16 = 0;

/// Events as a Parquet file.
pub struct ParquetRows;

/// What a column holds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ColumnKind {
    Text,
    /// Microseconds since 1970, in UTC.
    Time,
    Flag,
}

impl ColumnKind {
    fn of(name: &str) -> Self {
        match name {
            "eventTime" => ColumnKind::Time,
            "readOnly" | "mfaAuthenticated" => ColumnKind::Flag,
            _ => ColumnKind::Text,
        }
    }
}

impl EventFormat for ParquetRows {
    fn encode(&self, log: &mut LogInHand<'_>) -> EncodedLog {
        let mut rows = Vec::new();
        log.for_each(&mut |record| {
            let fields = RecordFields::parse(record.bytes).unwrap_or_default();
            for cell in cells(record, &fields) {
                put_cell(&mut rows, cell.as_deref());
            }
        });
        rows.into()
    }

    fn begin<'w>(
        &'w self,
        out: Box<dyn Write + Send + 'w>,
    ) -> io::Result<Box<dyn EventWriter + 'w>> {
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_created_by(concat!("trailproof version ", env!("CARGO_PKG_VERSION")).to_owned())
            .build();
        let schema = schema().map_err(io_error)?;
        let file = SerializedFileWriter::new(out, schema, Arc::new(properties));
        Ok(Box::new(RowGroups {
            file: file.map_err(io_error)?,
            rows: Vec::new(),
        }))
    }
}

/// The columns, each of which may lack a value.
fn schema() -> Result<TypePtr, ParquetError> {
    let column = |name: &&str| {
        let (physical, logical) = match ColumnKind::of(name) {
            ColumnKind::Text => (PhysicalType::BYTE_ARRAY, Some(LogicalType::String)),
            ColumnKind::Flag => (PhysicalType::BOOLEAN, None),
            ColumnKind::Time => (
                PhysicalType::INT64,
                Some(LogicalType::timestamp(true, TimeUnit::MICROS)),
            ),
        };
        let column = Type::primitive_type_builder(name, physical)
            .with_repetition(Repetition::OPTIONAL)
            .with_logical_type(logical);
        column.build().map(Arc::new)
    };
    let columns: Result<Vec<TypePtr>, _> = NAMES.iter().map(column).collect();
    let schema = Type::group_type_builder("events").with_fields(columns?);
    schema.build().map(Arc::new)
}

struct RowGroups<'w> {
    file: SerializedFileWriter<Box<dyn Write + Send + 'w>>,
    /// The rows of the next row group, as cells.
    rows: Vec<u8>,
}

impl RowGroups<'_> {
    fn flush_rows(&mut self) -> io::Result<()> {
        if self.rows.is_empty() {
            return Ok(());
        }
        let rows = Bytes::from(std::mem::take(&mut self.rows));
        let mut all: Vec<Option<&str>> = Vec::new();
        let mut reader = CellReader(&rows);
        while !reader.is_at_end() {
            all.push(reader.cell()?);
        }
        let mut group = self.file.next_row_group().map_err(io_error)?;
        for (at, name) in NAMES.iter().enumerate() {
            let Some(mut column) = group.next_column().map_err(io_error)? else {
                return Err(io::Error::other("a column is missing"));
            };
            let cells = all.iter().skip(at).step_by(COUNT).copied();
            write_column(&mut column, ColumnKind::of(name), cells, &rows).map_err(io_error)?;
            column.close().map_err(io_error)?;
        }
        group.close().map_err(io_error)?;
        Ok(())
    }
}

/// Writes the cells of one column. A cell that is not of its kind has no value.
fn write_column<'c>(
    column: &mut SerializedColumnWriter<'_>,
    kind: ColumnKind,
    cells: impl Iterator<Item = Option<&'c str>>,
    rows: &Bytes,
) -> Result<(), ParquetError> {
    fn split<T>(values: impl Iterator<Item = Option<T>>) -> (Vec<T>, Vec<i16>) {
        let mut levels = Vec::new();
        let level = |value: &Option<T>| value.as_ref().map_or(ABSENT, |_| PRESENT);
        let values = values.inspect(|value| levels.push(level(value))).flatten();
        (values.collect(), levels)
    }
    match kind {
        ColumnKind::Text => {
            // The text stays where it is.
            let text = |cell: &str| ByteArray::from(rows.slice_ref(cell.as_bytes()));
            let (values, levels) = split(cells.map(|cell| cell.map(text)));
            let column = column.typed::<ByteArrayType>();
            column.write_batch(&values, Some(&levels), None)?;
        }
        ColumnKind::Time => {
            let time = |cell: &str| Some(cell.parse::<Timestamp>().ok()?.as_microsecond());
            let (values, levels) = split(cells.map(|cell| cell.and_then(time)));
            let column = column.typed::<Int64Type>();
            column.write_batch(&values, Some(&levels), None)?;
        }
        ColumnKind::Flag => {
            let (values, levels) = split(cells.map(|cell| cell.map(|cell| cell == "true")));
            let column = column.typed::<BoolType>();
            column.write_batch(&values, Some(&levels), None)?;
        }
    }
    Ok(())
}

impl EventWriter for RowGroups<'_> {
    fn log(&mut self, encoded: &[u8]) -> io::Result<()> {
        self.rows.extend_from_slice(encoded);
        match self.rows.len() >= ROW_GROUP {
            true => self.flush_rows(),
            false => Ok(()),
        }
    }

    fn end(mut self: Box<Self>) -> io::Result<()> {
        self.flush_rows()?;
        self.file.into_inner().map_err(io_error)?.flush()
    }
}

/// The I/O error inside an error of the Parquet writer, so that callers recognize a closed pipe.
fn io_error(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(inner) => match inner.downcast::<io::Error>() {
            Ok(error) => *error,
            Err(other) => io::Error::other(other),
        },
        other => io::Error::other(other),
    }
}
