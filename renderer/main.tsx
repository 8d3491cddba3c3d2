// Starts the page.
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { z } from "zod";
import { App } from "./app.js";
import { allowOwnWorkers } from "./trusted-types.js";
import "./ui/tokens.css";
import "./ui/base.css";

// The content policy forbids made-up code; without this, zod would try it once and be refused.
z.config({ jitless: true });
allowOwnWorkers();

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no root element");
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
