//! Cells of CSV files that spreadsheets open: a cell that one would run as a formula is written with an apostrophe
//! before it, and read without.

/// What a formula begins with, also in the wide form that some spreadsheets take.
const FORMULA: [char; 10] = ['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'];

fn looks_like_a_formula(cell: &str) -> bool {
    cell.starts_with(FORMULA)
}

/// A cell as an export writes it.
pub(super) fn guarded(cell: &str) -> String {
    // A cell that had an apostrophe of its own gets one more, so that reading takes the right one away.
    if looks_like_a_formula(cell.trim_start_matches('\'')) && !is_phone(cell) {
        format!("'{cell}")
    } else {
        cell.to_owned()
    }
}

/// A cell as an import reads it.
pub(super) fn unguarded(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if looks_like_a_formula(rest.trim_start_matches('\'')) => rest,
        _ => cell,
    }
}

/// An international number: a plus and a digit, then nothing that a spreadsheet could call or calculate with, so no - and /.
fn is_phone(cell: &str) -> bool {
    cell.strip_prefix('+').is_some_and(|rest| {
        rest.starts_with(|c: char| c.is_ascii_digit())
            && rest.chars().all(|c| c.is_ascii_digit() || " ().".contains(c))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_neutralised_and_phones_stay() {
        for cell in [
            "=1+1",
            "+cmd|' /C calc'!A0",
            "-2+3",
            "@SUM(A1)",
            "＝1",
            "'=1",
            "+34 600;=1",
            "+1-555-010-9999",
            "+34/600",
        ] {
            assert_eq!(guarded(cell), format!("'{cell}"));
        }
        for cell in ["+34 600 10 20 30", "+1 (555) 010.9999", "Ana", "O'Hara", "'t Hooft", "a=b", ""] {
            assert_eq!(guarded(cell), cell);
        }
    }

    #[test]
    fn what_was_written_is_read_back() {
        for cell in ["=1", "'=1", "''=1", "+34 600", "'t Hooft", "''", "-", "Ana", "'+34", ""] {
            assert_eq!(unguarded(&guarded(cell)), cell);
        }
    }
}
