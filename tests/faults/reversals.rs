//! What a reversal takes back.
