// Stands in for Lambda: imports a function's module and passes it the events sent by the parent.
const started = import(process.argv[2]);
started.catch(() => {});

process.on('message', async ({ event }) => {
  try {
    const { handler } = await started;
    process.send({ result: await handler(event, {}) });
  } catch (fault) {
    process.send({ error: `${fault.name}: ${fault.message}` });
  }
});
process.on('disconnect', () => process.exit());
