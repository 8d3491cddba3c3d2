-- A store of format 1, as the program that wrote that format left it (sqlite3 .dump): one session that waits for its
-- decision, one that was committed, and the commit.
BEGIN TRANSACTION;
CREATE TABLE commits (
        id TEXT PRIMARY KEY, session TEXT NOT NULL, time INTEGER NOT NULL, command BLOB NOT NULL,
        applied INTEGER NOT NULL, state TEXT NOT NULL, undid TEXT, undone_by TEXT, has_backup INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
INSERT INTO "commits" VALUES('x6plopdarz','kw7eoe4qfa',1795678953624975289,X'7368002D63006563686F2063203E20636F6D6D69747465642E74787400',1,'done',NULL,NULL,1);
CREATE TABLE sessions (
        id TEXT PRIMARY KEY, name TEXT, state TEXT NOT NULL, command BLOB NOT NULL, cwd BLOB NOT NULL,
        mode TEXT NOT NULL, owner_uid INTEGER NOT NULL, run_uid INTEGER NOT NULL, run_gid INTEGER NOT NULL,
        created INTEGER NOT NULL, ended INTEGER, exit_status INTEGER, why TEXT,
        layers TEXT NOT NULL, limits TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
INSERT INTO "sessions" VALUES('kw7eoe4qfa',NULL,'committed',X'7368002D63006563686F2063203E20636F6D6D69747465642E74787400',X'2F686F6D652F616E6E','system',0,0,0,1795678953592979686,1795678953623851641,0,NULL,'[]','[]');
INSERT INTO "sessions" VALUES('z6de75adm3','old','finished',X'7368002D63006563686F206B657074203E206B6570742E74787400',X'2F686F6D652F616E6E','system',0,0,0,1795678953533719097,1795678953572235938,0,NULL,'[{"index":0,"mount_point":"Lw==","upper":"L3Nydi9zdG9yZS9sYXllcnMvejZkZTc1YWRtMy8wL3VwcGVy","work":"L3Nydi9zdG9yZS9sYXllcnMvejZkZTc1YWRtMy8wL3dvcms=","room":"L3Nydi9zdG9yZQ==","device":65024,"same_mount":true,"marks":"trusted","began":1795678953528942310}]','[]');
CREATE TABLE store (id TEXT NOT NULL) STRICT;
INSERT INTO "store" VALUES('793690a7');
CREATE UNIQUE INDEX names ON sessions (name) WHERE name IS NOT NULL AND state NOT IN ('committed', 'aborted');
CREATE INDEX unsettled ON commits (state) WHERE state = 'applying';
COMMIT;
PRAGMA user_version = 1;
