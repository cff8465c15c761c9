/// <reference types="@tarojs/taro" />

/** "" in a browser, the HTTPS address of the API in WeChat (config/index.ts). */
declare const API_BASE: string;
declare module "*.css";
