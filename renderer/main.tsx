// Starts the page.
// oxlint-disable-next-line import/no-unassigned-import -- it must come before any schema is made
import "./zod-setup.js";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app.js";
import { allowOwnWorkers } from "./trusted-types.js";
import "./ui/tokens.css";
import "./ui/base.css";

allowOwnWorkers();

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no root element");
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
