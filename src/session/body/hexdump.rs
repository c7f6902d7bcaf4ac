//! Bytes in rows: place, two digits a byte, and the characters of those that are ASCII.

use std::fmt::Write as _;

/// Bytes a row.
pub const HEX_COLUMNS: usize = 16;

/// How many rows so many bytes take; nothing takes one.
pub fn hex_rows(bytes: usize) -> usize {
    bytes.div_ceil(HEX_COLUMNS).max(1)
}

/// One row: `00000010  68 65 6c 6c 6f …  |hello|`.
pub fn hex_row(bytes: &[u8], row: usize) -> String {
    let start = row * HEX_COLUMNS;
    let end = bytes.len().min(start + HEX_COLUMNS);
    let part = bytes.get(start..end).unwrap_or_default();
    let mut out = format!("{start:08x} ");
    for place in 0..HEX_COLUMNS {
        if place % 8 == 0 {
            out.push(' ');
        }
        // Writing to a String does not fail.
        let _ = match part.get(place) {
            Some(byte) => write!(out, "{byte:02x} "),
            None => write!(out, "   "),
        };
    }
    out.push_str(" |");
    out.extend(part.iter().map(|&byte| match byte {
        b' '..=b'~' => char::from(byte),
        _ => '.',
    }));
    out.push('|');
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_row_shows_place_digits_and_characters() {
        assert_eq!(
            hex_row(b"0123456789abcdefhi\n", 1),
            "00000010  68 69 0a                                          |hi.|"
        );
        assert_eq!((hex_rows(0), hex_rows(16), hex_rows(17)), (1, 1, 2));
    }

    proptest! {
        #[test]
        fn the_digits_are_the_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
            let digits: String = (0..hex_rows(bytes.len()))
                .map(|row| hex_row(&bytes, row))
                .filter_map(|row| Some(row.get(9..59)?.replace(' ', "")))
                .collect();
            prop_assert_eq!(hex::decode(digits), Ok(bytes));
        }
    }
}
