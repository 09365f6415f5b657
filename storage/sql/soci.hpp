#pragma once

// SOCI and its two backends. SOCI brings sqlite3.h inside a namespace of its own, so nobody may
// include that header before.
#include <soci/postgresql/soci-postgresql.h>
#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>
