import { useEffect, useState } from "react";

import { Button, tell } from "@/parts";

import { consent, consented } from "./consent";

interface Props {
  id: string;
  children: string;
  off?: boolean;
  /** WeChat's code for the phone's number, and the version of the words that were agreed to. */
  onCode: (code: string, version: string) => Promise<unknown>;
}

/** The phone's number by WeChat's own question. Ours comes before it, once; who refuses goes on by hand. */
export function PhoneButton({ id, children, off = false, onCode }: Props) {
  const [version, setVersion] = useState<string>();
  const look = () => consented("phone").then(setVersion);
  useEffect(() => void look(), []);
  const ask = async () => {
    await consent("phone");
    await look();
  };
  if (!version) return <Button kind="main" id={id} off={off} onPress={ask}>{children}</Button>;
  const heard = (code: string | undefined) => code && onCode(code, version).catch(tell.failed);
  return <Button kind="main" id={`${id}-now`} off={off} openType="getPhoneNumber" onPhone={heard}>{children}</Button>;
}
