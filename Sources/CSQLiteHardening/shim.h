#include <sqlite3.h>

/* sqlite3_db_config is variadic, which Swift cannot call. */

/* Forbids SQL that could corrupt the file on purpose; returns an SQLite result code. */
static inline int stile_sqlite3_set_defensive(sqlite3 *connection) {
    return sqlite3_db_config(connection, SQLITE_DBCONFIG_DEFENSIVE, 1, (int *)0);
}
