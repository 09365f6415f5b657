// The real binary with a data directory (and on PostgreSQL a database) of its own.
//
//   CONFAB_BINARY         the program under test (default: build/confab)
//   CONFAB_E2E_DATABASE   sqlite (default) or postgres
//   CONFAB_TEST_PG        libpq conninfo of a superuser database, needed for postgres

import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const binary = process.env.CONFAB_BINARY ?? path.join(root, 'build/confab');
const database = process.env.CONFAB_E2E_DATABASE ?? 'sqlite';

export const password = 'S3cure-pass-phrase';

// Milliseconds. Nothing here needs as many, but a machine may be busy.
export const patience = 120_000;

/** The condition's first true value within `patience`; else its last false one. */
export async function waitUntil(condition) {
  for (const deadline = Date.now() + patience; ; await pause(50)) {
    const value = await condition();
    if (value || Date.now() > deadline) return value;
  }
}

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = net.createServer();
    probe.on('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

function psql(statement) {
  const conninfo = process.env.CONFAB_TEST_PG;
  if (!conninfo) throw new Error('CONFAB_TEST_PG is needed for CONFAB_E2E_DATABASE=postgres');
  return spawnSync('psql', ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-c', statement, conninfo], { encoding: 'utf8' });
}

function createDatabase() {
  const name = `confab_browser_${randomBytes(6).toString('hex')}`;
  // Nobody is ever connected to template0, as somebody may be to the usual template.
  const done = psql(`CREATE DATABASE "${name}" TEMPLATE template0`);
  if (done.status !== 0) throw new Error(done.stderr);
  const given = Object.fromEntries(
    [...process.env.CONFAB_TEST_PG.matchAll(/(\w+)\s*=\s*('[^']*'|\S+)/g)].map(([, key, value]) => [
      key,
      value.replaceAll("'", ''),
    ]),
  );
  return {
    DB_NAME: name,
    DB_USER: given.user ?? 'postgres',
    DB_PASSWORD: given.password ?? '',
    DB_HOST: given.host ?? '127.0.0.1',
    DB_PORT: given.port ?? '5432',
  };
}

/** A started server; `admin: true`: root exists, with `password`. */
export async function startServer({ admin = true } = {}) {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'confab-browser-'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const databaseSettings = database === 'postgres' ? createDatabase() : {};
  const env = {
    PATH: process.env.PATH,
    LISTEN: `127.0.0.1:${port}`,
    DATA_DIR: path.join(directory, 'data'),
    DEBUG: 'true',
    ARGON2_MEMORY_KIB: '1024',
    ARGON2_ITERATIONS: '1',
    LOGIN_THROTTLE: 'off',
    ...databaseSettings,
  };
  if (admin) {
    const command = ['createsuperuser', '--username', 'root', '--email', 'root@example.com'];
    const done = spawnSync(binary, command, { cwd: directory, env, input: `${password}\n`, encoding: 'utf8' });
    if (done.status !== 0) throw new Error(done.stdout + done.stderr);
  }
  const logPath = path.join(directory, 'confab.log');
  const log = fs.openSync(logPath, 'a');
  const child = spawn(binary, ['serve'], { cwd: directory, env, stdio: ['ignore', log, log] });
  const ended = new Promise((resolve) => child.on('exit', resolve));
  const server = {
    url,
    log: () => fs.readFileSync(logPath, 'utf8'),
    async stop() {
      child.kill('SIGTERM');
      await ended;
      fs.closeSync(log);
      fs.rmSync(directory, { recursive: true, force: true });
      // One that somebody holds on to goes with its cluster.
      if (databaseSettings.DB_NAME) psql(`DROP DATABASE IF EXISTS "${databaseSettings.DB_NAME}" WITH (FORCE)`);
    },
  };
  const isReadyOrGone = async () => child.exitCode !== null || (await isReady(url));
  if (!(await waitUntil(isReadyOrGone)) || child.exitCode !== null) throw new Error(`not ready:\n${server.log()}`);
  return server;
}

async function isReady(url) {
  try {
    return (await fetch(`${url}/readyz`)).ok;
  } catch {
    return false;
  }
}

let names = 0;

export const unique = (stem) => `${stem}${++names}x${randomBytes(3).toString('hex')}`;

/** Speaks to the API as a program would, for what a test needs to be there. */
export class ApiUser {
  constructor(url, account) {
    this.url = url;
    Object.assign(this, account);
  }

  static async register(url, stem, fields = {}) {
    const username = unique(stem);
    const account = { username, email: `${username}@example.com`, password, ...fields };
    const user = new ApiUser(url, await call(url, 'POST', '/api/users/', account));
    return user.logIn();
  }

  async logIn() {
    const tokens = await call(this.url, 'POST', '/api/token/', { username: this.username, password });
    this.token = tokens.access;
    return this;
  }

  call(method, address, body) {
    return call(this.url, method, address, body, this.token);
  }

  async converse(others, title) {
    const body = { participant_ids: others.map(({ user_id }) => user_id), title };
    return this.call('POST', '/api/conversations/', body);
  }

  send(conversation, content, parent) {
    const address = `/api/conversations/${conversation.conversation_id}/messages/`;
    return this.call('POST', address, { content, ...(parent ? { parent_message: parent.message_id } : {}) });
  }

  edit(message, content) {
    return this.call('PATCH', `/api/messages/${message.message_id}/`, { content });
  }
}

/** The administrator that startServer() has made. */
export async function rootUser(url) {
  const root = await new ApiUser(url, { username: 'root' }).logIn();
  return Object.assign(root, await root.call('GET', '/api/users/me/'));
}

async function call(url, method, address, body, token) {
  const headers = { Accept: 'application/json' };
  if (token) headers.Authorization = `Bearer ${token}`;
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  const response = await fetch(url + address, { method, headers, body: body && JSON.stringify(body) });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${address}: ${response.status} ${text}`);
  return text === '' ? null : JSON.parse(text);
}
