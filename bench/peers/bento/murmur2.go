package main

import (
	"encoding/binary"

	"github.com/warpstreamlabs/bento/public/bloblang"
)

// Bloblang has no hash of Kafka's default partitioner, and Navora's layout is split by it. A method of one's own is
// what Bento's documentation offers for that: https://warpstreamlabs.github.io/bento/docs/guides/bloblang/about
func init() {
	spec := bloblang.NewPluginSpec().
		Description("The hash of Kafka's default partitioner, without its sign.")
	err := bloblang.RegisterMethodV2("kafka_hash", spec, func(*bloblang.ParsedParams) (bloblang.Method, error) {
		return bloblang.StringMethod(func(key string) (any, error) {
			return int64(murmur2([]byte(key)) & 0x7fffffff), nil
		}), nil
	})
	if err != nil {
		panic(err)
	}
}

// As org.apache.kafka.common.utils.Utils.murmur2, after Austin Appleby's MurmurHash2.
func murmur2(data []byte) uint32 {
	const m = 0x5bd1e995
	h := uint32(0x9747b28c) ^ uint32(len(data))
	for ; len(data) >= 4; data = data[4:] {
		k := binary.LittleEndian.Uint32(data) * m
		h = h*m ^ (k^k>>24)*m
	}
	switch len(data) {
	case 3:
		h ^= uint32(data[2]) << 16
		fallthrough
	case 2:
		h ^= uint32(data[1]) << 8
		fallthrough
	case 1:
		h = (h ^ uint32(data[0])) * m
	}
	h = (h ^ h>>13) * m
	return h ^ h>>15
}
