import { View } from "@tarojs/components";

import { Button, tell } from "@/parts";
import { platform } from "@/platform";

/** The maker's film: it lies where the maker keeps it, so it opens only when it is asked for. */
export function Film({ url }: { url: string | null | undefined }) {
  if (!url) return null;
  const watch = async () => {
    if ((await platform.visit(url)) === "copied") tell.done("视频地址已复制，请在浏览器里打开");
  };
  return (
    <View>
      <Button id="film" onPress={watch}>看安装视频</Button>
    </View>
  );
}
