// A container's first moments: how long one bundle takes to be there, in a process that holds nothing else.
const startMs = performance.now();
await import(process.argv[2]);
process.stdout.write(String(performance.now() - startMs));
process.exit();
