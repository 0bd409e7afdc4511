;; Dot products of one query with n rows of d signed bytes (d a multiple of 16), laid out one after another.
;; Built into scan-module.ts by `npm run generate`.
(module
  (memory (import "scan" "memory") 1)
  (func (export "dots")
    (param $row i32) (param $n i32) (param $d i32) (param $query i32) (param $out i32)
    (local $i i32) (local $q i32) (local $end i32)
    (local $sum v128) (local $x v128) (local $y v128)
    (local.set $end (i32.add (local.get $query) (local.get $d)))
    (block $done
      (br_if $done (i32.eqz (local.get $n)))
      (loop $rows
        (local.set $sum (v128.const i32x4 0 0 0 0))
        (local.set $q (local.get $query))
        (loop $lanes
          (local.set $x (v128.load (local.get $row)))
          (local.set $y (v128.load (local.get $q)))
          (local.set $sum
            (i32x4.add (local.get $sum)
              (i32x4.add
                (i32x4.dot_i16x8_s
                  (i16x8.extend_low_i8x16_s (local.get $x)) (i16x8.extend_low_i8x16_s (local.get $y)))
                (i32x4.dot_i16x8_s
                  (i16x8.extend_high_i8x16_s (local.get $x)) (i16x8.extend_high_i8x16_s (local.get $y))))))
          (local.set $row (i32.add (local.get $row) (i32.const 16)))
          (local.set $q (i32.add (local.get $q) (i32.const 16)))
          (br_if $lanes (i32.lt_u (local.get $q) (local.get $end))))
        (i32.store (local.get $out)
          (i32.add
            (i32.add (i32x4.extract_lane 0 (local.get $sum)) (i32x4.extract_lane 1 (local.get $sum)))
            (i32.add (i32x4.extract_lane 2 (local.get $sum)) (i32x4.extract_lane 3 (local.get $sum)))))
        (local.set $out (i32.add (local.get $out) (i32.const 4)))
        (br_if $rows (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n)))))))
