import { View } from "@tarojs/components";
import { useState } from "react";

import { api, signOut, type Me } from "@/shell";
import { Button, Card, Sheet, tell } from "@/parts";
import { platform } from "@/platform";

/** What is known of oneself: taken along, erased. By a link nobody is known well enough for that. */
export function OwnData({ me }: { me: Me }) {
  return me.person_id ? <Own /> : (
    <Card title="我的个人信息">
      <View>您是用链接打开的，这里只有一张安装单。要导出或删除个人信息，请在微信里打开“妥装”小程序，用下单的手机号登录，再到“我的 › 授权与隐私”里办；也可以请店铺的客服帮忙。</View>
      <View className="tz-quiet">这样做，是怕别人拿到链接就能拿走或删掉您的资料。</View>
    </Card>
  );
}

function Own() {
  const [asked, setAsked] = useState(false);
  const take = async () => platform.give("我的个人信息.json", JSON.stringify(await api.get("/api/v1/me/export"), null, 1));
  const erase = async () => {
    await api.post("/api/v1/me/erasure");
    setAsked(false);
    await signOut();
    tell.done("已删除您的个人信息");
  };
  return (
    <Card title="我的个人信息">
      <Button id="export" onPress={take}>导出我的个人信息</Button>
      <Button kind="bad" id="erase" onPress={() => setAsked(true)}>删除我的个人信息</Button>
      <Sheet
        title="删除您的个人信息？"
        open={asked}
        onClose={() => setAsked(false)}
        ways={
          <>
            <Button kind="main" onPress={() => setAsked(false)}>先留着</Button>
            <Button kind="bad" id="do-erase" onPress={erase}>删除，不能恢复</Button>
          </>
        }
      >
        <View>姓名、电话、地址、照片都会删掉，以后凭手机号查不到安装单，保修要凭发票找店铺。还有没办完的安装或投诉时不能删。</View>
      </Sheet>
    </Card>
  );
}
