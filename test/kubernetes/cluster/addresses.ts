/** Where things are found in the network of the one node, which nothing outside of it sees. */
export const NODE_NAME = 'node-1'
export const NODE_ADDRESS = '10.213.80.1'
export const POD_RANGE = '10.213.81.0/24'
export const SERVICE_RANGE = '10.213.82.0/24'
/** The first of the range: where pods find the API. */
export const API_SERVICE = '10.213.82.1'
export const API_PORT = 6443
export const API_URL = `https://${NODE_ADDRESS}:${API_PORT}`
export const ETCD_URL = 'http://127.0.0.1:2379'
export const CONTAINERD_SOCKET = '/run/containerd/containerd.sock'
