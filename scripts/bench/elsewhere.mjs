// What other programs took for the like. Not measured by this command: once, on a machine of two cores, against a sink on
// loopback that takes each request at once. Ranges are the lowest and the highest of several runs.
export const ELSEWHERE = [
  {
    program: 'Grouparoo 0.9',
    setup: 'the only open-source relative, discontinued; a sink on loopback',
    records: 10_000,
    load: [132, 169],
    again: [83, 92],
    memoryMb: [550, 550],
  },
  {
    program: 'n8n 1.123',
    setup: 'a workflow with its Remove Duplicates node, a sink on loopback',
    records: 10_000,
    load: [16, 16],
    again: [5.4, 8.8],
    memoryMb: [500, 900],
  },
  {
    program: 'n8n 1.123',
    setup: 'the same',
    records: 50_000,
    load: [77, 77],
    again: [15, 17],
    memoryMb: [null, 2_400],
  },
]
