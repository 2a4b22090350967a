import { loadRules, sentenceOf, WrongRules } from '@navora/rules';
import { Command } from 'commander';
import { orSayWhy } from './failure.js';
import { backtestCommand } from './rules-backtest-command.js';

interface CheckFlags {
  json?: boolean;
}

/** `navora rules`: what the rules file says, before anybody relies on it. */
export function rulesCommand(): Command {
  return new Command('rules')
    .description('the rules that alerts are raised by: check, backtest')
    .addCommand(checkCommand())
    .addCommand(backtestCommand());
}

function checkCommand(): Command {
  return new Command('check')
    .description('every mistake of a rules file with its line and column; or what each rule means')
    .argument('<file>', 'the rules file')
    .option('--json', 'for programs')
    .action(orSayWhy(check));
}

async function check(file: string, { json }: CheckFlags): Promise<void> {
  try {
    const { version, rules } = loadRules(file);
    const meanings = rules.map((rule) => ({ rule: rule.id, meaning: sentenceOf(rule) }));
    if (json) console.log(JSON.stringify({ file, version, rules: meanings }, null, 1));
    else
      console.log(
        [...meanings.map(({ meaning }) => meaning), `${rules.length} rules, version ${version}`].join('\n'),
      );
  } catch (error) {
    if (!(error instanceof WrongRules) || !json) throw error;
    console.log(JSON.stringify({ file, mistakes: mistakesIn(error) }, null, 1));
    process.exitCode = 1;
  }
}

interface Mistake {
  line?: number;
  column?: number;
  mistake: string;
}

function mistakesIn({ message, mistakes }: WrongRules): Mistake[] {
  if (mistakes.length === 0) return [{ mistake: message }];
  return mistakes.map((text) => {
    const [, line, column, mistake] = /^line (\d+), column (\d+): (.*)$/s.exec(text) ?? [];
    return { line: Number(line), column: Number(column), mistake: mistake ?? text };
  });
}
