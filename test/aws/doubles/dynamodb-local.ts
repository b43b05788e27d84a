import { join } from 'node:path';
import type { Installed } from './install.ts';
import { startDouble, type Double } from './server.ts';

/**
 * DynamoDB Local in memory, streams included. It keeps one database for each pair of access key and region.
 * It has no way to listen on loopback alone; it is told not to report its use.
 */
export const startDynamodbLocal = ({ jars }: Installed): Promise<Double> =>
  startDouble({
    name: 'DynamoDB Local',
    program: 'java',
    args: (port) => [
      '-Xmx768m',
      `-Djava.library.path=${jars}`,
      '-cp',
      join(jars, '*'),
      'com.amazonaws.services.dynamodbv2.local.main.ServerRunner',
      '-inMemory',
      '-disableTelemetry',
      '-port',
      String(port),
    ],
  });
