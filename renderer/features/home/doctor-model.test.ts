import { expect, it } from "vitest";
import type { DoctorRow } from "../../../protocol/src/doctor.js";
import { TEXTS } from "../../../texts/doctor.js";
import { findingsOf } from "./doctor-model.js";

const disk = (path: string): DoctorRow => ({
  feature: `Commits to ${path} (ext4) by renaming`,
  topic: "disk",
  status: "partial",
  why: "no room",
  mend: "make room",
});

it("tells what is missing first, the same of many as one, and no camera as no gap", () => {
  const { gaps, holds } = findingsOf([
    { feature: "Store", status: "full" },
    disk("/srv"),
    disk("/home"),
    { feature: "Network off", status: "none", why: "refused", mend: "allow it" },
    { feature: "Devices on request (gpu, sound, camera)", topic: "device", status: "none", why: "none here" },
  ]);
  expect(gaps.map(({ title }) => title)).toEqual(["The network cut off", TEXTS.copies(2)]);
  expect(gaps[1]?.places).toEqual([
    "Commits to /srv (ext4) by renaming",
    "Commits to /home (ext4) by renaming",
  ]);
  expect(holds).toEqual([
    "Keeping sessions on the disk",
    "Graphics, sound and camera on request (none here)",
  ]);
});
