/** The two ways that a request can take through the server; a test that runs on both shows that they are alike. */
export const LANES = [
  { lane: 'the direct lane', options: { directLane: true } },
  { lane: "Yoga's lane", options: { directLane: false } },
];
