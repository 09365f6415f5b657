-- The nodes that share this database; one row per start of a process. Dead is for good (state 3).
CREATE TABLE cluster_node (
  node_id uuid PRIMARY KEY,
  ordinal bigint GENERATED ALWAYS AS IDENTITY,
  name text NOT NULL,
  address text NOT NULL,
  build text NOT NULL,
  started_at bigint NOT NULL,
  state smallint NOT NULL,
  heartbeats bigint NOT NULL,
  noticed xid8 NOT NULL DEFAULT '0'  -- it has read the notices of older transactions
) WITH (fillfactor = 50);

-- Who owns what. The epoch grows with every change of the owner; what is written under an older one
-- is refused.
CREATE TABLE shard (
  shard_id smallint PRIMARY KEY,
  owner uuid REFERENCES cluster_node,  -- one that is forgotten can own nothing
  epoch bigint NOT NULL
) WITH (fillfactor = 50);
INSERT INTO shard (shard_id, owner, epoch) SELECT i, NULL, 0 FROM generate_series(0, 255) AS i;

-- observer cannot reach subject.
CREATE TABLE peer_down (
  observer uuid NOT NULL,
  subject uuid NOT NULL,
  PRIMARY KEY (observer, subject)
);

-- What nodes remember of accounts and must forget: a whole account's name and rights, or one login.
-- Read in commit order, by transaction, and removed when all have. Written only while there are
-- nodes.
CREATE TABLE account_notice (
  txid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  user_id bigint NOT NULL,
  login_id uuid
);
CREATE INDEX account_notice_txid ON account_notice (txid);

CREATE FUNCTION notice_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM cluster_node WHERE state <> 3) THEN
    INSERT INTO account_notice (user_id) VALUES (OLD.id);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER users_noticed AFTER UPDATE ON users FOR EACH ROW
  WHEN ((OLD.username, OLD.role, OLD.is_active, OLD.is_deleted, OLD.access_epoch)
        IS DISTINCT FROM
        (NEW.username, NEW.role, NEW.is_active, NEW.is_deleted, NEW.access_epoch))
  EXECUTE FUNCTION notice_account();

CREATE FUNCTION notice_login() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM cluster_node WHERE state <> 3) THEN
    INSERT INTO account_notice (user_id, login_id) VALUES (OLD.user_id, OLD.id);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER logins_noticed AFTER DELETE ON logins FOR EACH ROW
  EXECUTE FUNCTION notice_login();
