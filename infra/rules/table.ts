import { fileURLToPath } from 'node:url';
import { rules } from './rules.ts';

/** The rules as a table of Markdown, one line a rule, its exceptions in the last column. docs/security.md holds it. */
export function securityTable(): string {
  const seen = new Map<string, string>();
  for (const { id, type, demand, reason, exceptions = [] } of rules) {
    const types = rules.filter((rule) => rule.id === id).map((rule) => `\`${rule.type}\``);
    const excuses = exceptions.map((exception) => `${exception.when}: ${exception.reason}`).join(' ');
    seen.set(id, `| ${id} | ${[...new Set(types)].join(', ') || type} | ${demand} | ${reason} | ${excuses} |`);
  }
  return ['| rule | resource | what must hold | why | exceptions |', '|---|---|---|---|---|', ...seen.values()].join(
    '\n',
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.stdout.write(`${securityTable()}\n`);
