//! Rows of an inventory in Apache Parquet.

use std::fs::File;
use std::io;

use jiff::Timestamp;
use parquet::basic::ConvertedType;
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{BoolType, ByteArrayType, DataType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader as _, RowGroupReader, SerializedFileReader};
use parquet::schema::types::SchemaDescriptor;

use super::error::InventoryError;
use super::files::CheckedBody;
use super::manifest::{InventoryFile, InventoryManifest};
use super::row::{Columns, InventoryRow, LONGEST_KEY};
use crate::base::caught::caught;
use crate::base::limits::Limits;
use crate::base::spool::TemporaryFile;
use crate::source::ListedFacts;

/// Rows read at a time.
const ROWS: usize = 4096;
/// The largest column of a row group, in bytes after decompression. S3 writes row groups of some 128 MB.
const LARGEST_COLUMN: i64 = 512 << 20;

/// Calls `each` with every current object of the bucket in a file.
pub(super) fn for_each(
    manifest: &InventoryManifest,
    of: &InventoryFile,
    mut body: CheckedBody<'_>,
    limits: &Limits,
    each: &mut dyn FnMut(InventoryRow<'_>) -> Result<(), InventoryError>,
) -> Result<(), InventoryError> {
    if of.size > limits.inventory_file {
        let most = limits.inventory_file;
        let why = format!("its file {} has more than {most} bytes", of.key);
        return Err(InventoryError::TooLarge(why));
    }
    // It is read from its end, and only once its hash is known to be right.
    let mut file = TemporaryFile::new().map_err(InventoryError::Temporary)?;
    io::copy(&mut body, &mut file).map_err(|e| InventoryError::body(&of.key, e))?;
    body.finish()?;
    let file = file.into_file().map_err(InventoryError::Temporary)?;
    let invalid = |why: String| InventoryError::invalid(&of.key, why);
    let reader = of_library(|| SerializedFileReader::<File>::new(file)).map_err(invalid)?;
    let schema = reader.metadata().file_metadata().schema_descr_ptr();
    let columns = Columns::of(schema.columns().iter().map(|column| column.name()))?;
    for number in 0..reader.num_row_groups() {
        let group = of_library(|| reader.get_row_group(number)).map_err(invalid)?;
        let sizes = group.metadata().columns().iter();
        let mut sizes = sizes.map(|column| column.uncompressed_size());
        if sizes.any(|size| size > LARGEST_COLUMN) {
            let why = format!(
                "its file {} has a column of more than {LARGEST_COLUMN} bytes",
                of.key
            );
            return Err(InventoryError::TooLarge(why));
        }
        let mut rows =
            of_library(|| GroupRows::open(group.as_ref(), &schema, &columns)).map_err(invalid)?;
        loop {
            let count = of_library(|| rows.read()).map_err(invalid)?;
            if count == 0 {
                break;
            }
            for at in 0..count {
                let row = rows.row(at, &manifest.bucket);
                if let Some(row) = row.map_err(|why| invalid(why.to_owned()))? {
                    each(row)?;
                }
            }
        }
    }
    Ok(())
}

/// Calls the library, which panics on some files.
fn of_library<T>(work: impl FnOnce() -> Result<T, ParquetError>) -> Result<T, String> {
    let done = caught(work)?;
    done.map_err(|error| error.to_string())
}

/// The columns of a row group that are read.
struct GroupRows {
    key: Column<ByteArrayType>,
    bucket: Option<Column<ByteArrayType>>,
    size: Option<Column<Int64Type>>,
    modified: Option<Column<Int64Type>>,
    is_latest: Option<Column<BoolType>>,
    is_delete_marker: Option<Column<BoolType>>,
    /// How many units of the times are a second.
    units: i64,
    /// Rows that are left.
    left: usize,
}

/// A column, and its values of the rows at hand.
struct Column<T: DataType> {
    reader: ColumnReaderImpl<T>,
    /// Whether a row may lack a value.
    is_optional: bool,
    values: Vec<Option<T::T>>,
}

impl<T: DataType> Column<T> {
    /// Reads so many rows.
    fn read(&mut self, count: usize) -> Result<(), ParquetError> {
        self.values.clear();
        while self.values.len() < count {
            let (mut levels, mut found) = (Vec::new(), Vec::new());
            let most = count - self.values.len();
            let (records, ..) =
                self.reader
                    .read_records(most, Some(&mut levels), None, &mut found)?;
            if records == 0 {
                return Err(ParquetError::General("a column is too short".to_owned()));
            }
            let mut found = found.into_iter();
            match self.is_optional {
                true => {
                    let value = |level: i16| if level > 0 { found.next() } else { None };
                    self.values.extend(levels.into_iter().map(value));
                }
                false => self.values.extend(found.map(Some)),
            }
        }
        Ok(())
    }

    fn get(&self, at: usize) -> Option<&T::T> {
        self.values.get(at)?.as_ref()
    }
}

/// Opens a column that has at most one value in a row.
fn column<T: DataType>(
    (group, schema, at): (&dyn RowGroupReader, &SchemaDescriptor, usize),
    of: impl FnOnce(ColumnReader) -> Option<ColumnReaderImpl<T>>,
) -> Result<Column<T>, ParquetError> {
    let about = schema.column(at);
    let is_flat = about.max_rep_level() == 0 && about.max_def_level() <= 1;
    let reader = of(group.get_column_reader(at)?).filter(|_| is_flat);
    let other = || ParquetError::General(format!("column {} has another type", about.name()));
    Ok(Column {
        reader: reader.ok_or_else(other)?,
        is_optional: about.max_def_level() > 0,
        values: Vec::new(),
    })
}

impl GroupRows {
    fn open(
        group: &dyn RowGroupReader,
        schema: &SchemaDescriptor,
        columns: &Columns,
    ) -> Result<Self, ParquetError> {
        let text = |at: usize| {
            column((group, schema, at), |reader| match reader {
                ColumnReader::ByteArrayColumnReader(reader) => Some(reader),
                _ => None,
            })
        };
        let number = |at: usize| {
            column((group, schema, at), |reader| match reader {
                ColumnReader::Int64ColumnReader(reader) => Some(reader),
                _ => None,
            })
        };
        let flag = |at: usize| {
            column((group, schema, at), |reader| match reader {
                ColumnReader::BoolColumnReader(reader) => Some(reader),
                _ => None,
            })
        };
        let is_micros =
            |at: usize| schema.column(at).converted_type() == ConvertedType::TIMESTAMP_MICROS;
        let rows = group.metadata().num_rows();
        Ok(GroupRows {
            key: text(columns.key)?,
            bucket: columns.bucket.map(text).transpose()?,
            size: columns.size.map(number).transpose()?,
            modified: columns.modified.map(number).transpose()?,
            is_latest: columns.is_latest.map(flag).transpose()?,
            is_delete_marker: columns.is_delete_marker.map(flag).transpose()?,
            units: match columns.modified.is_some_and(is_micros) {
                true => 1_000_000,
                false => 1_000,
            },
            left: usize::try_from(rows).unwrap_or(0),
        })
    }

    /// Reads the next rows. Returns their number.
    fn read(&mut self) -> Result<usize, ParquetError> {
        let count = self.left.min(ROWS);
        self.left -= count;
        self.key.read(count)?;
        if let Some(column) = &mut self.bucket {
            column.read(count)?;
        }
        for column in [&mut self.size, &mut self.modified].into_iter().flatten() {
            column.read(count)?;
        }
        for column in [&mut self.is_latest, &mut self.is_delete_marker]
            .into_iter()
            .flatten()
        {
            column.read(count)?;
        }
        Ok(count)
    }

    /// One of the rows; `None` if it is not a current object.
    fn row(&self, at: usize, bucket: &str) -> Result<Option<InventoryRow<'_>>, &'static str> {
        let flag = |column: &Option<Column<BoolType>>, usual| {
            let value = column.as_ref().and_then(|column| column.get(at));
            value.copied().unwrap_or(usual)
        };
        if !flag(&self.is_latest, true) || flag(&self.is_delete_marker, false) {
            return Ok(None);
        }
        let of = self.bucket.as_ref().and_then(|column| column.get(at));
        if of.is_some_and(|of| of.data() != bucket.as_bytes()) {
            return Err("a row is of another bucket than the manifest says");
        }
        let key = self.key.get(at).ok_or("a row has no key")?;
        let key = std::str::from_utf8(key.data()).map_err(|_| "a key is not UTF-8")?;
        if key.is_empty() || key.len() > LONGEST_KEY {
            return Err("a key is empty or too long");
        }
        let number = |column: &Option<Column<Int64Type>>| column.as_ref()?.get(at).copied();
        let modified = number(&self.modified).map(|at| at.div_euclid(self.units));
        let facts = ListedFacts {
            modified: modified.and_then(|at| Timestamp::from_second(at).ok()),
            size: number(&self.size).and_then(|size| u64::try_from(size).ok()),
        };
        Ok(Some(InventoryRow { key, facts }))
    }
}
