//! Rows as JSON Lines: an object a line, amounts as texts.

use std::io::{self, Write};

use arrow_array::{Array, RecordBatch};

use super::cells::{Cells, write_amount};

/// Writes rows as objects, one to a line; what is not given is `null`.
pub(super) fn write_lines<W: Write>(to: &mut W, rows: &RecordBatch) -> io::Result<()> {
    let schema = rows.schema();
    let names = schema.fields().iter().map(|field| serde_json::to_string(field.name()));
    let names = names.collect::<serde_json::Result<Vec<String>>>()?;
    let columns: Vec<Cells<'_>> = rows.columns().iter().map(Cells::of).collect();
    let mut amount = String::new();
    for row in 0..rows.num_rows() {
        for (number, (name, column)) in names.iter().zip(&columns).enumerate() {
            write!(to, "{}{name}:", if number == 0 { "{" } else { "," })?;
            match column {
                Cells::Texts(texts) if texts.is_valid(row) => serde_json::to_writer(&mut *to, texts.value(row))?,
                Cells::Numbers(numbers) if numbers.is_valid(row) => write!(to, "{}", numbers.value(row))?,
                Cells::Amounts(amounts, places) if amounts.is_valid(row) => {
                    amount.clear();
                    write_amount(&mut amount, amounts.value(row), *places);
                    write!(to, "\"{amount}\"")?;
                }
                Cells::Texts(_) | Cells::Numbers(_) | Cells::Amounts(..) | Cells::Other => to.write_all(b"null")?,
            }
        }
        to.write_all(b"}\n")?;
    }
    Ok(())
}
