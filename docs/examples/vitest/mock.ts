// Starts the mock once for all tests, on a free port, and stops it at the end.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  export interface ProvidedContext {
    mistralUrl: string;
  }
}

export default async function startMock(project: TestProject) {
  const command = process.env.MISTRAL_MOCK ?? "mistral-mock";
  const mock = spawn(command, ["serve", "--port", "0", "--clock", "manual"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const address = await new Promise<string>((resolve, reject) => {
    mock.once("error", reject);
    mock.once("exit", (code) => reject(new Error(`The mock ended with code ${code}`)));
    createInterface(mock.stdout).once("line", resolve);
  });
  project.provide("mistralUrl", address);

  return async () => {
    const gone = once(mock, "exit");
    mock.kill();
    await gone;
  };
}
