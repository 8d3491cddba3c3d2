// The network of a session: how far it reaches, and which ports lead in and elsewhere.
import { z } from "zod";

/** Nothing; names and TCP to the ports 80 and 443; or everything. Never the host itself, nor its neighbours unasked. */
export const Net = z.enum(["none", "web", "full"]);
export type Net = z.infer<typeof Net>;

const Port = z.number().int().min(1).max(65535);

/** Who listens on `inside` in the SEE is found on `outside` of the host: on its loopback, or on `address`. */
export const Redirect = z.object({ address: z.string().optional(), outside: Port, inside: Port });
export type Redirect = z.infer<typeof Redirect>;

export const Endpoint = z.object({ host: z.string().min(1), port: Port });
export type Endpoint = z.infer<typeof Endpoint>;

/** Connections to `from` go to `to`, seen from the host. */
export const Reroute = z.object({ from: Endpoint, to: Endpoint });
export type Reroute = z.infer<typeof Reroute>;
