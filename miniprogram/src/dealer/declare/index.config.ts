export default definePageConfig({ navigationBarTitleText: "申报线下销售" });
