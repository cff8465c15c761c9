import { View } from "@tarojs/components";
import { useState } from "react";

import type { Schemas } from "@/api";
import { api, useRead } from "@/shell";
import { Button, Photo, Sheet, tell } from "@/parts";
import { platform } from "@/platform";

import "./customer.css";

export type Picture = Schemas["PhotoCard"];

/** A job's photos that can be seen. */
export function usePhotos(job: number) {
  const { data, again } = useRead("/api/v1/jobs/{job_id}/photos", { path: { job_id: job }, query: { limit: 100 } });
  return { photos: (data?.items ?? []).filter((one) => one.links.length > 0 && !one.erased_at), again };
}

// In a browser everything comes from where the page came, whatever name the server has for itself.
const from = (url: string) => (platform.kind === "h5" ? url.replace(/^https?:\/\/[^/]+/, "") : url);

/** Small, each large on a tap. */
export function Pictures({ photos }: { photos: readonly Picture[] }) {
  const [large, setLarge] = useState<{ url: string; name: string }>();
  if (!photos.length) return null;
  const enlarge = async ({ id, slot_name }: Picture) => {
    const { photo } = await api.get("/api/v1/photos/{photo_id}", { path: { photo_id: id } });
    const link = photo.links.find((one) => one.variant === "1280");
    if (link) setLarge({ url: from(link.url), name: slot_name });
  };
  return (
    <View className="tz-pictures">
      {photos.map((one) => (
        <View key={one.id} onClick={() => void enlarge(one).catch(tell.failed)} {...{ role: "button", tabIndex: 0 }}>
          <Photo src={from(one.links[0]?.url ?? "")} label={`${one.slot_name}，点开看大图`} />
        </View>
      ))}
      <Sheet title={large?.name ?? ""} open={large !== undefined} onClose={() => setLarge(undefined)} ways={<Button onPress={() => setLarge(undefined)}>关闭</Button>}>
        {large && <Photo src={large.url} label={large.name} large />}
      </Sheet>
    </View>
  );
}
