import { cassandraNode } from './cassandra.js';
import type { Component } from './component.js';
import { kafkaNode } from './kafka.js';
import { mosquitto } from './mosquitto.js';
import { type NodeCount, nodesOf } from './nodes.js';
import { registry } from './registry.js';
import type { StackTls } from './stack-tls.js';

/** In the order they are stopped from the end: vehicles fall silent before what they feed goes away. */
export function componentsOf(nodes: NodeCount, tls: StackTls | null = null): Component[] {
  return [
    ...nodesOf(nodes).map((node) => cassandraNode(node, nodes, tls)),
    ...nodesOf(nodes).map((node) => kafkaNode(node, nodes, tls)),
    registry(tls),
    mosquitto(tls),
  ];
}
