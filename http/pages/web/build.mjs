// Bundles the pages into a directory that the binary embeds: node build.mjs [DIRECTORY]
//
//   assets/…   scripts, styles, pictures; their names bear a hash of what is in them
//   *.html     pages: the title and content of each, set into layout.html with its own style and script
//
// Beside each file lie name.br and name.gz where compression makes it smaller.

import { build } from 'esbuild';
import fs from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import zlib from 'node:zlib';

const here = path.dirname(fileURLToPath(import.meta.url));
const out = path.resolve(process.argv[2] ?? path.join(here, 'dist'));

const entries = {
  admin: 'src/admin/main.tsx',
  browsable: 'src/browsable/main.tsx',
  demo: 'src/demo/main.tsx',
  docs: 'src/docs/main.tsx',
  page: 'src/login/style.css',
  icon: 'src/icon.svg',
};

function filesBelow(directory) {
  return fs
    .readdirSync(directory, { withFileTypes: true })
    .flatMap((entry) => {
      const full = path.join(directory, entry.name);
      return entry.isDirectory() ? filesBelow(full) : [full];
    });
}

async function bundle() {
  const { metafile } = await build({
    absWorkingDir: here,
    entryPoints: Object.entries(entries).map(([out, source]) => ({ in: source, out })),
    outdir: path.join(out, 'assets'),
    entryNames: '[name]-[hash]',
    chunkNames: 'part-[hash]',
    assetNames: '[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    target: 'es2022',
    minify: true,
    legalComments: 'eof',
    loader: { '.svg': 'copy' },
    jsx: 'automatic',
    jsxImportSource: 'preact',
    publicPath: '/assets/',
    metafile: true,
    logLevel: 'warning',
  });
  return metafile.outputs;
}

/// "admin.js" → "/assets/admin-XXXXXXXX.js", for what the entry points became.
function addressesOf(outputs) {
  const addresses = new Map();
  const add = (name, file) => addresses.set(name + path.extname(file), `/assets/${path.basename(file)}`);
  for (const [name, source] of Object.entries(entries)) {
    for (const [file, output] of Object.entries(outputs)) {
      if (output.entryPoint !== source) continue;
      add(name, file);
      if (output.cssBundle) add(name, output.cssBundle);
    }
  }
  return addresses;
}

function linksOf(name, addresses) {
  const [style, script] = [addresses.get(`${name}.css`), addresses.get(`${name}.js`)];
  const links = [
    style && `<link rel="stylesheet" href="${style}">`,
    script && `<script type="module" src="${script}"></script>`,
  ];
  if (!style) throw new Error(`${name}.html has no style`);
  return links.filter(Boolean).join('\n');
}

function writePages(addresses) {
  const layout = fs.readFileSync(path.join(here, 'src/common/layout.html'), 'utf8');
  for (const file of fs.readdirSync(path.join(here, 'pages'))) {
    const source = fs.readFileSync(path.join(here, 'pages', file), 'utf8');
    const [, title, content] = source.match(/^<title>(.*)<\/title>\n(.*)\n$/s);
    const parts = { title, content, links: linksOf(path.parse(file).name, addresses), 'icon.svg': addresses.get('icon.svg') };
    fs.writeFileSync(path.join(out, file), layout.replace(/\{\{([\w.]+)\}\}/g, (_, name) => parts[name]));
  }
}

function compress(file) {
  const bytes = fs.readFileSync(file);
  const packed = {
    br: zlib.brotliCompressSync(bytes, {
      params: { [zlib.constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
    }),
    gz: zlib.gzipSync(bytes, { level: 9 }),
  };
  for (const [suffix, result] of Object.entries(packed)) {
    if (result.length < bytes.length * 0.9) fs.writeFileSync(`${file}.${suffix}`, result);
  }
}

fs.rmSync(out, { recursive: true, force: true });
fs.mkdirSync(out, { recursive: true });
writePages(addressesOf(await bundle()));
filesBelow(out).forEach(compress);
