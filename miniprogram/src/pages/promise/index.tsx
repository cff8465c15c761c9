import { useRouter } from "@tarojs/taro";

import { Frame } from "@/shell";
import { Asking } from "@/customer/promise/Asking";
import { Promised } from "@/customer/promise/Promised";

/** What a purchase would bring, for anybody: `?id=` of a promise that was made, `?sku=` of goods, or nothing yet. */
export default function PromisePage() {
  const { id, sku } = useRouter().params;
  return <Frame open>{id ? <Promised id={id} /> : <Asking sku={sku} />}</Frame>;
}
