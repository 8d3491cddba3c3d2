// Imported before any schema is made: the content policy forbids made-up code, which zod would try once.
import { z } from "zod";

z.config({ jitless: true });
