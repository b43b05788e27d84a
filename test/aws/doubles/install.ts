import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const cache = fileURLToPath(new URL('../../../.cache/', import.meta.url));
const dynamodbLocal = ['com.amazonaws:DynamoDBLocal:2.6.1'];
const pythonPackages = ['moto[server]==5.2.5', 'cfn-lint==1.58.0'];
/** What moto's Step Functions evaluates JSONata by, at the versions that its own `parser/packages.py` names. */
const jsonata = ['com.dashjoin:jsonata:0.9.7', 'com.fasterxml.jackson.core:jackson-databind:2.16.2'];
const javaForPython = 'jpype1==1.7.1';

/** Where the doubles lie. */
export interface Installed {
  /** Folder of DynamoDB Local's jars and of the native libraries that they load. */
  readonly jars: string;
  /** The interpreter that has moto. */
  readonly python: string;
  /** A script for that interpreter: folders are renamed into place, so its own first line leads nowhere. */
  readonly cfnLint: string;
}

/**
 * Installs DynamoDB Local, moto and cfn-lint under `.cache/`, where they are not there already.
 * @throws Error naming the program that is missing
 */
export async function installDoubles(): Promise<Installed> {
  const jars = await installed('dynamodb-local', dynamodbLocal.join(' '), (folder) => copyJars(dynamodbLocal, folder));
  const venv = await installed('python', pythonPackages.join(' '), makeVenv);
  return { jars, python: join(venv, 'bin', 'python3'), cfnLint: join(venv, 'bin', 'cfn-lint') };
}

/** Where lies what moto evaluates JSONata by. */
export interface InstalledJsonata {
  readonly jars: string;
  /** Folder of Python packages, beside those that the interpreter has. */
  readonly packages: string;
}

/** Installs it for the tests that run definitions on moto; no others need it. */
export async function installJsonata({ python }: Installed): Promise<InstalledJsonata> {
  const folder = await installed('jsonata', [...jsonata, javaForPython].join(' '), async (fresh) => {
    await copyJars(jsonata, fresh);
    const packages = ['--target', join(fresh, 'packages'), javaForPython];
    await install(python, ['-m', 'pip', 'install', '--quiet', ...packages]);
  });
  return { jars: folder, packages: join(folder, 'packages') };
}

/** Runs that start together each fill a folder of their own; the first one in place is everybody's. */
async function installed(name: string, version: string, fill: (folder: string) => Promise<void>): Promise<string> {
  const folder = join(cache, name);
  if (await isStamped(folder, version)) return folder;
  console.log(`installing ${version} into .cache/${name} …`);
  await mkdir(cache, { recursive: true });
  const fresh = await mkdtemp(`${folder}.`);
  try {
    await fill(fresh);
    await writeFile(join(fresh, 'version'), version);
    if (!(await isStamped(folder, version))) {
      await rm(folder, { recursive: true, force: true });
      await rename(fresh, folder);
    }
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
  console.log(`installed .cache/${name}`);
  return folder;
}

async function isStamped(folder: string, version: string): Promise<boolean> {
  const stamp = join(folder, 'version');
  return existsSync(stamp) && (await readFile(stamp, 'utf8')) === version;
}

async function copyJars(libraries: readonly string[], folder: string): Promise<void> {
  await need('java', ['-version'], 'a Java runtime, 17 or later');
  await need('mvn', ['--version'], 'Apache Maven');
  const pom = join(folder, 'pom.xml');
  await writeFile(pom, pomOf(libraries));
  await install('mvn', ['-q', '-B', '-f', pom, 'dependency:copy-dependencies', `-DoutputDirectory=${folder}`]);
}

function pomOf(libraries: readonly string[]): string {
  const dependencies = libraries.map((coordinates) => {
    const [groupId, artifactId, version] = coordinates.split(':');
    return `<dependency><groupId>${groupId}</groupId><artifactId>${artifactId}</artifactId><version>${version}</version></dependency>`;
  });
  return `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>sojourn</groupId><artifactId>doubles</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>
    ${dependencies.join('\n    ')}
  </dependencies>
</project>
`;
}

async function makeVenv(folder: string): Promise<void> {
  await need('python3', ['--version'], 'Python 3.10 or later');
  await install('python3', ['-m', 'venv', folder]);
  await install(join(folder, 'bin', 'python3'), ['-m', 'pip', 'install', '--quiet', ...pythonPackages]);
}

async function need(program: string, args: readonly string[], what: string): Promise<void> {
  try {
    await run(program, args);
  } catch (cause) {
    throw new Error(`The tests on AWS doubles need ${what}: the command "${program}" does not run here.`, { cause });
  }
}

async function install(program: string, args: readonly string[]): Promise<void> {
  try {
    await run(program, args, { timeout: 600_000 });
  } catch (cause) {
    const said = cause instanceof Error && 'stderr' in cause ? `${String(cause.stderr)}` : '';
    throw new Error(`Could not install the AWS doubles: ${program} ${args.join(' ')}\n${said.slice(-2_000)}`, {
      cause,
    });
  }
}
