/** The versions the stack runs, as processes and as containers alike. A test holds the pom files to them. */
export const versions = {
  kafka: '4.1.1',
  cassandra: '5.0.8',
  registry: '3.0.9',
  /** As an image; as a process it is the distribution's. */
  mqtt: '2.0',
};
