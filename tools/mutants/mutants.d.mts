export interface Catch {
  spec: string;
  title: string;
  where: 'unit' | 'real';
  by: string[];
}

export interface Mutant {
  name: string;
  does: string;
  file: string;
  from: string;
  to: string;
  caught: Catch[];
}

export const MUTANTS: Mutant[];
export function mutated(mutant: Mutant, source: string): string;
