import { faultySchedules } from './faulty-schedules.ts';

// Plays as many schedules as its argument says, and prints those whose viewers get what they must not.
const faulty = faultySchedules(1, Number(process.argv[2]));
for (const words of faulty) process.stdout.write(`${words}\n`);
process.exitCode = faulty.length > 0 ? 1 : 0;
