import { fileURLToPath } from 'node:url';
import type { Installed, InstalledJsonata } from './install.ts';
import { startDouble, type Double } from './server.ts';

// Not so that a developer's own account is looked for.
const nobody = { AWS_EC2_METADATA_DISABLED: 'true', AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' };

/** moto's server: all services behind one endpoint, told apart by what requests are signed for. */
export const startMoto = ({ python }: Installed): Promise<Double> =>
  startDouble({
    name: 'moto',
    program: python,
    args: (port) => ['-m', 'moto.server', '-H', '127.0.0.1', '-p', String(port)],
    env: nobody,
  });

/**
 * moto with a JSONata, for definitions such as ours.
 * @param servicesPort where its state machines find the services that they call, on loopback: moto's own Lambda needs Docker
 */
export const startMotoWithJsonata = (
  { python }: Installed,
  { jars, packages }: InstalledJsonata,
  servicesPort: number,
): Promise<Double> =>
  startDouble({
    name: 'moto with JSONata',
    program: python,
    args: (port) => [withJsonata, jars, '-H', '127.0.0.1', '-p', String(port)],
    env: { ...nobody, PYTHONPATH: packages, MOTO_PORT: String(servicesPort) },
  });
const withJsonata = fileURLToPath(new URL('./moto_with_jsonata.py', import.meta.url));
