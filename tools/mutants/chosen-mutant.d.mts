export function chosenMutation(path: string, source: string): string | undefined;
