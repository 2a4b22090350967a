export type Catch = { title: string; by: string[] } & ({ where: 'unit'; spec: string } | { where: 'real' });

export interface Drill {
  only: string[];
  seconds: number;
}

export interface Mutant {
  name: string;
  does: string;
  file: string;
  from: string;
  to: string;
  caught: Catch[];
}

export const DRILLS: Record<string, Drill>;
export const MUTANTS: Mutant[];
export function mutated(mutant: Mutant, source: string): string;
