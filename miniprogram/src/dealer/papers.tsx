/** Pictures of papers, taken or chosen here, sent once what they belong to exists. */

import { View } from "@tarojs/components";

import { key, problemOf } from "@/api";
import { api, consent, Picture } from "@/shell";
import { Button, Icon } from "@/parts";
import { platform } from "@/platform";

const MOST = 10;

interface Props {
  /** Names of pictures kept on this phone. */
  papers: readonly string[];
  onChange: (papers: readonly string[]) => void;
}

export function Papers({ papers, onChange }: Props) {
  const add = async (gallery: boolean) => {
    if (!(await consent("photo"))) return;
    const shots = await platform.photograph({ gallery, most: gallery ? MOST - papers.length : 1 });
    const names = await Promise.all(shots.map(async (shot) => {
      const name = key();
      await platform.files.keep(name, shot);
      return name;
    }));
    onChange([...papers, ...names]);
  };
  const remove = async (name: string) => {
    onChange(papers.filter((one) => one !== name));
    await platform.files.remove(name);
  };
  const full = papers.length >= MOST;
  return (
    <View>
      {papers.map((name, at) => (
        <View key={name} className="tz-row">
          <Picture id={name} />
          <Button small label={`不要这张（第 ${at + 1} 张）`} onPress={() => remove(name)}>不要这张</Button>
        </View>
      ))}
      <View className="tz-pair">
        <Button id="paper-camera" off={full} onPress={() => add(false)}><Icon name="camera" />拍照</Button>
        <Button id="paper-gallery" off={full} onPress={() => add(true)}>从相册选</Button>
      </View>
    </View>
  );
}

/** Sends them one by one; each is forgotten when it has arrived. The server takes the same picture once. */
export async function sendPapers(address: string, papers: readonly string[]): Promise<void> {
  for (const name of papers) {
    if (!(await platform.files.has(name))) continue; // arrived at the last attempt
    const reply = await api.upload(address, name, {}, () => {});
    if (reply.status >= 300) throw problemOf(reply);
    await platform.files.remove(name);
  }
}
