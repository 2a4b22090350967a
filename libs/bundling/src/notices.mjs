import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A package whose licence asks for its notice, and that has none: somebody must look. */
export class MissingNotice extends Error {
  /** @override */
  name = 'MissingNotice';
}

const FILES = /^(licen[cs]e|copying|notice)/i;

/**
 * The notices of the packages that a program is made of, as their licences ask for. A package that names its licence
 * and brings no text of it is listed by name, author and licence.
 *
 * @param {string} workspaceRoot
 * @param {string[]} inputs paths relative to the workspace
 * @throws MissingNotice
 */
export function noticesOf(workspaceRoot, inputs) {
  const packages = [...new Set(inputs.flatMap(packageOf))].sort();
  return packages.map((folder) => noticeOf(join(workspaceRoot, folder))).join('\n');
}

/** @param {string} input @returns {string[]} the folder of the package it belongs to; none for our own sources */
function packageOf(input) {
  const [, folder] = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input) ?? [];
  return folder === undefined ? [] : [folder];
}

/** @param {string} folder */
function noticeOf(folder) {
  /** @type {{ name: string, version: string, license?: string, licenses?: { type: string }[], author?: string | { name: string } }} */
  const about = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const licence = about.license ?? about.licenses?.map(({ type }) => type).join(' OR ');
  if (licence === undefined) throw new MissingNotice(`${about.name} ${about.version} names no licence`);
  const texts = readdirSync(folder)
    .filter((name) => FILES.test(name) && existsSync(join(folder, name)))
    .sort()
    .map((name) => readFileSync(join(folder, name), 'utf8').trim());
  const author = typeof about.author === 'string' ? about.author : about.author?.name;
  return [`${about.name} ${about.version} (${licence})${author ? `, ${author}` : ''}`, ...texts, ''].join(
    '\n\n',
  );
}
