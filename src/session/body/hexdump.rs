//! Bytes in rows: place, two digits a byte, and the characters of those that are ASCII.

use std::fmt::Write as _;

/// How many bytes stand in a row, the most first: as there is room.
pub const HEX_COLUMNS: [usize; 2] = [16, 8];

/// How many rows so many bytes take; nothing takes one.
pub fn hex_rows(bytes: usize, columns: usize) -> usize {
    bytes.div_ceil(columns).max(1)
}

/// One row: `00000010  68 65 6c 6c 6f …  |hello|`.
pub fn hex_row(bytes: &[u8], columns: usize, row: usize) -> String {
    let start = row * columns;
    let end = bytes.len().min(start + columns);
    let part = bytes.get(start..end).unwrap_or_default();
    let mut out = format!("{start:08x} ");
    for place in 0..columns {
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

/// Characters of a full row.
pub fn hex_width(columns: usize) -> usize {
    hex_row(&vec![0; columns], columns, 0).len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_row_shows_place_digits_and_characters() {
        assert_eq!(
            hex_row(b"0123456789abcdefhi\n", 16, 1),
            "00000010  68 69 0a                                          |hi.|"
        );
        assert_eq!(
            hex_row(b"0123456789abcdefhi\n", 8, 2),
            "00000010  68 69 0a                 |hi.|"
        );
        assert_eq!([0, 16, 17].map(|bytes| hex_rows(bytes, 16)), [1, 1, 2]);
        assert_eq!([0, 16, 17].map(|bytes| hex_rows(bytes, 8)), [1, 2, 3]);
        assert_eq!(HEX_COLUMNS.map(hex_width), [78, 45]);
    }

    proptest! {
        #[test]
        fn the_digits_are_the_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
            for columns in HEX_COLUMNS {
                let digits: String = (0..hex_rows(bytes.len(), columns))
                    .map(|row| hex_row(&bytes, columns, row))
                    .filter_map(|row| Some(row.get(9..row.find('|')?)?.replace(' ', "")))
                    .collect();
                prop_assert_eq!(hex::decode(digits), Ok(bytes.clone()));
            }
        }
    }
}
