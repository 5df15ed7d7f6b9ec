//! Members: one person under one id, covers that overlap, bills that come twice.
