// Passes on what a show prints, and says why it failed when it did.
import type { Reporter, TestCase, TestError, TestResult } from "@playwright/test/reporter";

class ShowReporter implements Reporter {
  onStdOut(chunk: string | Buffer): void {
    process.stdout.write(chunk);
  }

  onError(error: TestError): void {
    process.stderr.write(`${error.message ?? error.value ?? "unknown error"}\n`);
  }

  onTestEnd(test: TestCase, result: TestResult): void {
    for (const error of result.errors) process.stderr.write(`${test.title}: ${error.message ?? ""}\n`);
    for (const { name, body } of result.attachments) {
      if (name === "output" && body !== undefined)
        process.stderr.write(`The app said:\n${body.toString()}\n`);
    }
  }
}

export default ShowReporter;
