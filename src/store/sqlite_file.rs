//! The SQLite file of a ledger: its schema, how it is opened, and what its errors mean.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};

use crate::core::{Error, ErrorKind, Result};

/// The version of the schema, kept as the file's `user_version`.
const VERSION: i64 = 2;

const SCHEMA: &str = "
    CREATE TABLE leases (pin TEXT PRIMARY KEY, epoch INTEGER NOT NULL, start TEXT, beat TEXT, lease_ms INTEGER,
        parked INTEGER, stop_asked_by TEXT) STRICT, WITHOUT ROWID;
    CREATE TABLE runs (run TEXT PRIMARY KEY, record TEXT NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE journal (run TEXT, seq INTEGER, body TEXT NOT NULL, PRIMARY KEY (run, seq)) STRICT, WITHOUT ROWID;
    CREATE TABLE audit (pin TEXT, seq INTEGER, body TEXT NOT NULL, PRIMARY KEY (pin, seq)) STRICT, WITHOUT ROWID;
    CREATE TABLE heads (pin TEXT PRIMARY KEY, seq INTEGER NOT NULL, digest TEXT NOT NULL) STRICT, WITHOUT ROWID;
    PRAGMA user_version = 2;
";

/// How long to wait for another process that writes.
const PATIENCE: Duration = Duration::from_secs(30);

/// Opens the file, and makes it if it is not there.
pub(super) fn connect(path: &Path) -> Result<Connection> {
    let mut connection = Connection::open(path).map_err(failed)?;
    connection.busy_timeout(PATIENCE).map_err(failed)?;
    // A commit is on the disk before it is answered.
    connection.pragma_update(None, "synchronous", "FULL").map_err(failed)?;
    let mode = |c: &Connection| c.pragma_query_value(None, "journal_mode", |row| row.get::<_, String>(0));
    if mode(&connection).map_err(failed)? != "wal" {
        // SQLite does not wait when several processes switch a new file at once.
        let mut tries = 0;
        while let Err(e) = connection.pragma_update(None, "journal_mode", "WAL") {
            tries += 1;
            if tries > 100 || e.sqlite_error_code() != Some(ErrorCode::DatabaseBusy) {
                return Err(failed(e));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
    let version: i64 =
        transaction.pragma_query_value(None, "user_version", |row| row.get(0)).map_err(failed)?;
    match version {
        0 => transaction.execute_batch(SCHEMA).map_err(failed)?,
        VERSION => {}
        1 => {
            return Err(Error::failed(
                "it was made before its audit had a chain, by a snapdeploy that was never released",
            )
            .hint("begin with another store"));
        }
        newer => {
            return Err(Error::failed(format!("its version is {newer}; this snapdeploy knows {VERSION}"))
                .hint("install a newer snapdeploy"));
        }
    }
    transaction.commit().map_err(failed)?;
    Ok(connection)
}

/// Opens the file to read it. `NotFound` if it is not there.
pub(super) fn connect_to_read(path: &Path) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(failed)?;
    connection.busy_timeout(PATIENCE).map_err(failed)?;
    let version: i64 =
        connection.pragma_query_value(None, "user_version", |row| row.get(0)).map_err(failed)?;
    match version {
        VERSION => Ok(connection),
        other => Err(Error::failed(format!("its version is {other}; this snapdeploy reads {VERSION}"))
            .hint("use the snapdeploy that made it")),
    }
}

/// Returns what an error of SQLite means.
pub(super) fn failed(e: rusqlite::Error) -> Error {
    let kind = match e.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => ErrorKind::Unavailable,
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => ErrorKind::Corrupt,
        None if is_foreign(&e) => ErrorKind::Corrupt,
        _ => ErrorKind::Failed,
    };
    Error::new(kind, format!("SQLite: {e}")).source(e)
}

/// Returns whether a value is of another type or form than what is written here.
fn is_foreign(e: &rusqlite::Error) -> bool {
    use rusqlite::Error as E;
    matches!(
        e,
        E::FromSqlConversionFailure(..)
            | E::IntegralValueOutOfRange(..)
            | E::InvalidColumnType(..)
            | E::Utf8Error(..)
    )
}
