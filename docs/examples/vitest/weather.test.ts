import { Mistral } from "@mistralai/mistralai";
import { beforeEach, expect, inject, test } from "vitest";

import { answer, stream } from "./weather";

const url = inject("mistralUrl");
const client = new Mistral({
  apiKey: "mock-key",
  serverURL: url,
  retryConfig: { strategy: "none" },
});

async function control(method: string, route: string, body?: object): Promise<any> {
  const response = await fetch(`${url}/_mock/${route}`, {
    method,
    headers: body && { "Content-Type": "application/json" },
    body: body && JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${method} ${route}: ${await response.text()}`);
  return response.status === 204 ? undefined : response.json();
}

beforeEach(() => control("POST", "reset"));

test("the tool's result reaches the model", async () => {
  await control("POST", "replies", [
    { when: { tool_result: "rain" }, answer: "Take an umbrella." },
    {
      when: { tool: "get_weather" },
      answer: { tool_calls: [{ name: "get_weather", arguments: { city: "Lyon" } }] },
    },
  ]);

  const asked: string[] = [];
  const said = await answer(client, "Do I need an umbrella in Lyon?", (city) => {
    asked.push(city);
    return "rain all day";
  });

  expect(asked).toEqual(["Lyon"]);
  expect(said).toBe("Take an umbrella.");
});

test("the application sends its question and its tool", async () => {
  await answer(client, "Hello", () => "sunny");

  const requests = await control("GET", "requests?operation=chat.complete");
  expect(requests).toHaveLength(1);
  expect(requests[0].body.messages).toEqual([{ role: "user", content: "Hello" }]);
  expect(requests[0].body.tools[0].function.name).toBe("get_weather");
});

test("an answer arrives in pieces", async () => {
  await control("POST", "replies", { answer: "It rains in the whole of the country." });

  const pieces: string[] = [];
  for await (const piece of stream(client, "How is the weather?")) pieces.push(piece);

  expect(pieces.length).toBeGreaterThan(1);
  expect(pieces.join("")).toBe("It rains in the whole of the country.");
});

test("a rate limit is an error", async () => {
  await control("POST", "faults", { operation: "chat.complete", status: 429 });

  await expect(answer(client, "Hello", () => "")).rejects.toMatchObject({ statusCode: 429 });
});
