//! What things weigh in memory. An estimate from their sizes that is meant to be right within a
//! tenth, and rather too much than too little; nothing is measured here.

/// What an allocator adds to a piece, and to what it rounds up: as the C library of Linux does.
const HEADER: usize = 8;
const GRAIN: usize = 16;
const LEAST: usize = 32;

/// Bytes that a piece of the heap takes.
pub(in crate::session) fn heap(bytes: usize) -> usize {
    match bytes {
        0 => 0,
        bytes => (bytes + HEADER).next_multiple_of(GRAIN).max(LEAST),
    }
}

/// Bytes that a boxed value takes beside what it owns itself.
pub(in crate::session) fn boxed<T>() -> usize {
    heap(size_of::<T>())
}
