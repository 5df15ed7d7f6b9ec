//! Categories as people write them, and facts that no plan knows.
