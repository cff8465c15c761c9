export default definePageConfig({ navigationBarTitleText: "时效" });
