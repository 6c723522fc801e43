import pg from 'pg';

/** Calls `onEvent` with each payload of the channel, as it stands in the notification. */
export async function onNotification(channel, onEvent) {
  const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
  client.on('error', (error) => console.error(error));
  client.on('notification', ({ payload }) => onEvent(payload));
  await client.connect();
  await client.query(`listen ${channel}`);
}
