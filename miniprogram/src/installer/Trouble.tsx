import { View } from "@tarojs/components";
import { useState } from "react";

import type { JobPage } from "@/api";
import { Others, useDeeds } from "@/shell";

import { Damage } from "./Damage";
import { Leave } from "./Leave";

// What the page offers in places of its own.
const OWN = ["check_in", "take_photo", "waive_slot", "add_charge", "approve_charge", "withdraw_charge", "settle_charge", "submit", "supplement", "confirm"];

/** What can go wrong at a door, each with a sheet that asks what must be told. */
export function Trouble({ job }: { job: JobPage }) {
  const [open, setOpen] = useState<"leave" | "damage">();
  const { act } = useDeeds(job.id);
  const may = job.available_actions;
  const own = {
    abort_visit: { name: "今天装不成，要先离开", open: () => setOpen("leave") },
    report_damage: { name: "货有破损", open: () => setOpen("damage") },
  };
  const close = () => setOpen(undefined);
  return (
    <View>
      <Others without={may.includes("abort_visit") ? [...OWN, "suspend"] : OWN} may={may} send={act} own={own} />
      {open === "leave" && <Leave job={job} onClose={close} />}
      {open === "damage" && <Damage job={job} onClose={close} />}
    </View>
  );
}
