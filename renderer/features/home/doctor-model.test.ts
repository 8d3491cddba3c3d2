import { describe, expect, it, test } from "vitest";
import { type DoctorRow, Feature, Gap } from "../../../protocol/src/doctor.js";
import { FEATURES, GAPS, TEXTS } from "../../../texts/doctor.js";
import { findingsOf } from "./doctor-model.js";

const disk = (place: string): DoctorRow => ({
  feature: `Commits to ${place} (ext4) by renaming`,
  id: "disk-commits",
  topic: "disk",
  status: "partial",
  why: "no room",
  mend: "make room",
  gap: "commit-copies",
  facts: { place },
});

it("tells what is missing first, the same of many as one, and no camera as no gap", () => {
  const { gaps, holds } = findingsOf([
    { feature: "Store", id: "store", status: "full" },
    disk("/srv"),
    disk("/home"),
    {
      feature: "Network off",
      id: "network-off",
      status: "none",
      why: "refused",
      mend: "allow it",
      gap: "failed",
      error: { code: "cannot-isolate", message: "m", hint: "h" },
    },
    {
      feature: "Devices",
      id: "devices",
      topic: "device",
      status: "none",
      gap: "no-device",
      facts: { devices: "camera" },
    },
  ]);
  expect(gaps.map(({ title }) => title)).toEqual(["The network cut off", TEXTS.copies(2)]);
  // Not “see what this machine can enforce”, which is where it stands.
  expect(gaps[0]?.next).toBe("allow it");
  expect(gaps[1]?.places).toEqual(["/srv", "/home"]);
  expect(holds).toEqual([
    "Keeping sessions on the disk",
    "Graphics, sound and camera on request (This machine has none of this kind: camera.)",
  ]);
});

it("says in the helper's words what it has no words for", () => {
  const row: DoctorRow = { feature: "A new thing", status: "none", why: "it is new", mend: "Wait." };
  expect(findingsOf([row]).gaps[0]).toMatchObject({ title: "A new thing", why: "It is new.", next: "Wait." });
});

it("tells of a place why changes are limited there, and what to do", () => {
  const row: DoctorRow = {
    feature: "Changes in /boot",
    id: "place",
    topic: "place",
    status: "partial",
    why: "w",
    mend: "m",
    gap: "place-limited",
    facts: { place: "/boot" },
    limit: { what: "unlayered-kind", kind: "vfat" },
  };
  const [told] = findingsOf([row]).gaps;
  expect(told?.why).toContain("vfat");
  expect(told?.next).toContain("ext4");
});

it("tells what to type as it is right for the machine and the place", () => {
  const told = (gap: Gap, facts: NonNullable<DoctorRow["facts"]>): unknown =>
    findingsOf([{ feature: "f", status: "none", gap, facts }]).gaps[0]?.type;
  const typed = "sudo mount -t cgroup2 none /sys/fs/cgroup";
  expect(told("no-memory-groups", { way: "mount", type: typed })).toBe(typed);
  expect(told("no-memory-groups", { way: "root" })).toBe("");
  expect(told("store-gone", { room: "/.alcatraz-1", store: "/s" })).toBe("rm -r /.alcatraz-1");
  expect(told("store-gone", { room: "/a b", store: "/s" })).toBe("");
});

describe("words", () => {
  // What any of them asks for.
  const facts = {
    place: "/p",
    room: "/r",
    store: "/s",
    number: 7,
    devices: "gpu",
    path: "/x",
    interface: "eth0",
  };
  test.each(Feature.options)("for %s", (id) => {
    const name = FEATURES[id];
    expect(typeof name === "string" ? name : name(facts)).not.toMatch(/undefined|namespace|overlay|SEE/);
  });
  test.each(Gap.options)("for %s", (gap) => {
    const row: DoctorRow = { feature: "f", status: "none", why: "w", mend: "m", gap, facts };
    const [told] = findingsOf([row]).gaps;
    expect(told?.why).not.toMatch(/^$|undefined|namespace|overlay|SEE/);
    if (gap !== "failed") expect(Object.keys(GAPS)).toContain(gap);
  });
});
