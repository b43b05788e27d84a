import type { Installed } from './install.ts';
import { startDouble, type Double } from './server.ts';

/** moto's server: all services behind one endpoint, told apart by what requests are signed for. */
export const startMoto = ({ python }: Installed): Promise<Double> =>
  startDouble({
    name: 'moto',
    program: python,
    args: (port) => ['-m', 'moto.server', '-H', '127.0.0.1', '-p', String(port)],
    // Not so that a developer's own account is looked for.
    env: { AWS_EC2_METADATA_DISABLED: 'true', AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' },
  });
